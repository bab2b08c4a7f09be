using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mcr.Actors.Console;

/// <summary>
/// What a console signs with its certificate's key: these words, both nonces, the number of the challenge and the server's certificate. So it is of no use
/// for another purpose, a second time, or at another server. Pure.
/// </summary>
internal static class ConsoleProof
{
    private static ReadOnlySpan<byte> Purpose => "mcr console: this key opens one session\0"u8;

    /// <param name="server">DER, as the console has seen it itself.</param>
    /// <exception cref="CryptographicException">the key cannot sign.</exception>
    public static byte[] Sign(X509Certificate2 own, byte[] clientNonce, byte[] serverNonce, long number, byte[] server)
    {
        byte[] text = Text(clientNonce, serverNonce, number, server);
        using ECDsa? ecdsa = own.GetECDsaPrivateKey();
        if (ecdsa is not null)
            return ecdsa.SignData(text, HashAlgorithmName.SHA256);
        using RSA rsa = own.GetRSAPrivateKey() ?? throw new CryptographicException("the key of the certificate is neither ECDSA nor RSA");
        return rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    }

    /// <param name="certificate">DER, of the console.</param>
    public static bool IsOf(byte[] certificate, byte[] signature, byte[] clientNonce, byte[] serverNonce, long number, byte[] server)
    {
        byte[] text = Text(clientNonce, serverNonce, number, server);
        try
        {
            using X509Certificate2 claimed = X509CertificateLoader.LoadCertificate(certificate);
            using ECDsa? ecdsa = claimed.GetECDsaPublicKey();
            if (ecdsa is not null)
                return ecdsa.VerifyData(text, signature, HashAlgorithmName.SHA256);
            using RSA? rsa = claimed.GetRSAPublicKey();
            return rsa is not null && rsa.VerifyData(text, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Each part with its length in front, so that no two lists of parts have the same text.</summary>
    private static byte[] Text(byte[] clientNonce, byte[] serverNonce, long number, byte[] server)
    {
        byte[] numbered = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(numbered, number);
        using var text = new MemoryStream();
        text.Write(Purpose);
        foreach (byte[] part in new[] { clientNonce, serverNonce, numbered, server })
        {
            byte[] length = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            text.Write(length);
            text.Write(part);
        }

        return text.ToArray();
    }
}
