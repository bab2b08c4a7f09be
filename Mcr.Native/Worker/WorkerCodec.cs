using System.Collections.Immutable;
using Mcr.Native.Egress;
using Mcr.Native.Logging;

namespace Mcr.Native.Worker;

/// <summary>Worker messages to bytes and back. Pure. Whatever the bytes, the answer is a message or one <see cref="InvalidDataException"/>.</summary>
public static class WorkerCodec
{
    public static byte[] Encode(WorkerMessage message)
    {
        var writer = new ByteWriter();
        writer.U8(WorkerMessage.ProtocolVersion);
        writer.U8(TypeOf(message));
        writer.U16(message.Descriptors);
        switch (message)
        {
            case WorkerMessage.Hello hello:
                writer.U16(hello.IngressSockets);
                hello.Place.Write(writer);
                hello.Options.Write(writer);
                break;
            case WorkerMessage.Handover handover:
                writer.U16(handover.IngressSockets);
                handover.Place.Write(writer);
                handover.Options.Write(writer);
                writer.U64((ulong)handover.Generation);
                writer.U64(handover.Hash);
                break;
            case WorkerMessage.Sockets sockets:
                writer.U16(sockets.Items.Length);
                foreach (PassedSocket socket in sockets.Items)
                {
                    writer.U32(socket.Id);
                    writer.U8((byte)socket.Kind);
                    writer.U64(socket.LinkAddress);
                    writer.Text(socket.Tag, WorkerMessage.MaxTagBytes);
                    if (socket.Kind == EgressKind.Feed)
                        socket.Feed.Write(writer);
                }

                break;
            case WorkerMessage.Keep keep:
                writer.U16(keep.Items.Length);
                foreach (KeptItem item in keep.Items)
                {
                    writer.U32(item.Id);
                    writer.Text(item.Tag, WorkerMessage.MaxTagBytes);
                }

                break;
            case WorkerMessage.Rules rules:
                writer.U64((ulong)rules.Generation);
                writer.U32(rules.Bytes);
                break;
            case WorkerMessage.Change change:
                writer.U64((ulong)change.Base);
                writer.U64((ulong)change.Generation);
                writer.U32(change.Bytes);
                break;
            case WorkerMessage.Forget forget:
                Write(writer, forget.Ids);
                break;
            case WorkerMessage.Unkeep unkeep:
                Write(writer, unkeep.Ids);
                break;
            case WorkerMessage.Hold hold:
                writer.U64((ulong)hold.Ticket);
                break;
            case WorkerMessage.Drain drain:
                writer.U64((ulong)drain.Ticket);
                break;
            case WorkerMessage.Obeyed obeyed:
                writer.U64((ulong)obeyed.Ticket);
                break;
            case WorkerMessage.Ready ready:
                writer.U32(ready.Pid);
                writer.U32(ready.LoopThread);
                break;
            case WorkerMessage.Applied applied:
                writer.U64((ulong)applied.Generation);
                writer.U64(applied.Hash);
                break;
            case WorkerMessage.Refused refused:
                writer.U64((ulong)refused.Generation);
                writer.Text(refused.Sentence, WorkerMessage.MaxSentenceBytes);
                break;
            case WorkerMessage.Levels levels:
                writer.U8((byte)levels.Value.Global);
                writer.U16(levels.Value.Overrides.Count);
                foreach ((LogFacility facility, LogVerbosity level) in levels.Value.Overrides)
                {
                    writer.U8((byte)facility);
                    writer.U8((byte)level);
                }

                break;
            case WorkerMessage.Said said:
                writer.U8((byte)said.Facility);
                writer.U8((byte)said.Level);
                writer.Text(said.Sentence, WorkerMessage.MaxSentenceBytes);
                break;
        }

        return writer.ToArray();
    }

    /// <exception cref="InvalidDataException">not a message of this version, or one that contradicts its own lengths.</exception>
    public static WorkerMessage Decode(ReadOnlySpan<byte> record)
    {
        var reader = new ByteReader(record);
        int version = reader.U8();
        if (version != WorkerMessage.ProtocolVersion)
            throw new InvalidDataException($"worker protocol version {version}; this side speaks {WorkerMessage.ProtocolVersion}");
        int type = reader.U8();
        int descriptors = reader.U16();
        WorkerMessage message = type switch
        {
            1 => DecodeHello(ref reader),
            2 => new WorkerMessage.Sockets(DecodeSockets(ref reader)),
            3 => new WorkerMessage.Rules((long)reader.U64(), reader.Count(ResolvedRuleCodec.MaxBytes)),
            4 => new WorkerMessage.Forget(DecodeIds(ref reader)),
            5 => new WorkerMessage.Stop(),
            6 => new WorkerMessage.Change((long)reader.U64(), (long)reader.U64(), reader.Count(ResolvedRuleCodec.MaxBytes)),
            7 => new WorkerMessage.Hold((long)reader.U64()),
            8 => new WorkerMessage.Drain((long)reader.U64()),
            9 => new WorkerMessage.Resume(),
            10 => new WorkerMessage.Keep(DecodeKept(ref reader)),
            11 => new WorkerMessage.Unkeep(DecodeIds(ref reader)),
            12 => new WorkerMessage.Levels(DecodeLevels(ref reader)),
            16 => new WorkerMessage.Ready(reader.Count(int.MaxValue), reader.Count(int.MaxValue)),
            17 => new WorkerMessage.Applied((long)reader.U64(), reader.U64()),
            18 => new WorkerMessage.Refused((long)reader.U64(), reader.Text(WorkerMessage.MaxSentenceBytes)),
            19 => new WorkerMessage.Obeyed((long)reader.U64()),
            20 => DecodeHandover(ref reader),
            21 => new WorkerMessage.Said(Facility(ref reader), Level(ref reader), reader.Text(WorkerMessage.MaxSentenceBytes)),
            _ => throw new InvalidDataException($"unknown worker message type {type}"),
        };
        reader.End();
        return descriptors == message.Descriptors
            ? message
            : throw new InvalidDataException($"{message.GetType().Name} announces {descriptors} descriptors and needs {message.Descriptors}");
    }

    private static byte TypeOf(WorkerMessage message) => message switch
    {
        WorkerMessage.Hello => 1,
        WorkerMessage.Sockets => 2,
        WorkerMessage.Rules => 3,
        WorkerMessage.Forget => 4,
        WorkerMessage.Stop => 5,
        WorkerMessage.Change => 6,
        WorkerMessage.Hold => 7,
        WorkerMessage.Drain => 8,
        WorkerMessage.Resume => 9,
        WorkerMessage.Keep => 10,
        WorkerMessage.Unkeep => 11,
        WorkerMessage.Levels => 12,
        WorkerMessage.Ready => 16,
        WorkerMessage.Applied => 17,
        WorkerMessage.Refused => 18,
        WorkerMessage.Obeyed => 19,
        WorkerMessage.Handover => 20,
        WorkerMessage.Said => 21,
        _ => throw new ArgumentException($"no wire type for {message.GetType().Name}", nameof(message)),
    };

    private static void Write(ByteWriter writer, ImmutableArray<int> ids)
    {
        writer.U16(ids.Length);
        foreach (int id in ids)
            writer.U32(id);
    }

    private static WorkerMessage.Hello DecodeHello(ref ByteReader reader)
    {
        int sockets = ByteReader.Limited(reader.U16(), WorkerMessage.MaxDescriptors - 2);
        return new WorkerMessage.Hello(WorkerPlace.Read(ref reader), WorkerOptions.Read(ref reader), sockets);
    }

    private static WorkerMessage.Handover DecodeHandover(ref ByteReader reader)
    {
        int sockets = ByteReader.Limited(reader.U16(), WorkerMessage.MaxDescriptors - 1);
        return new WorkerMessage.Handover(WorkerPlace.Read(ref reader), WorkerOptions.Read(ref reader), sockets, (long)reader.U64(), reader.U64());
    }

    private static ImmutableArray<KeptItem> DecodeKept(ref ByteReader reader)
    {
        int count = ByteReader.Limited(reader.U16(), WorkerMessage.MaxDescriptors);
        var items = ImmutableArray.CreateBuilder<KeptItem>(count);
        for (int i = 0; i < count; i++)
            items.Add(new KeptItem(reader.Count(int.MaxValue), reader.Text(WorkerMessage.MaxTagBytes)));
        return items.MoveToImmutable();
    }

    private static ImmutableArray<PassedSocket> DecodeSockets(ref ByteReader reader)
    {
        int count = ByteReader.Limited(reader.U16(), WorkerMessage.MaxDescriptors);
        var items = ImmutableArray.CreateBuilder<PassedSocket>(count);
        for (int i = 0; i < count; i++)
        {
            var item = new PassedSocket(reader.Count(int.MaxValue), (EgressKind)ByteReader.Limited(reader.U8(), (int)EgressKind.Feed), reader.U64(), reader.Text(WorkerMessage.MaxTagBytes));
            items.Add(item.Kind == EgressKind.Feed ? item with { Feed = FeedShape.Read(ref reader) } : item);
        }

        return items.MoveToImmutable();
    }

    private static LogLevels DecodeLevels(ref ByteReader reader)
    {
        var levels = new LogLevels(Level(ref reader), LogLevels.Default.Overrides);
        for (int rest = reader.U16(); rest > 0; rest--)
            levels = levels.With(Facility(ref reader), Level(ref reader));
        return levels;
    }

    private static LogFacility Facility(ref ByteReader reader) => (LogFacility)ByteReader.Limited(reader.U8(), (int)LogFacility.Runtime);

    private static LogVerbosity Level(ref ByteReader reader) => (LogVerbosity)ByteReader.Limited(reader.U8(), (int)LogVerbosity.Error);

    private static ImmutableArray<int> DecodeIds(ref ByteReader reader)
    {
        int count = ByteReader.Limited(reader.U16(), WorkerMessage.MaxIds);
        var ids = ImmutableArray.CreateBuilder<int>(count);
        for (int i = 0; i < count; i++)
            ids.Add(reader.Count(int.MaxValue));
        return ids.MoveToImmutable();
    }
}
