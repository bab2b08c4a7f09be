namespace Mcr.Specs.Bench;

internal static class Method
{
    /// <summary>For the report: how the numbers came about.</summary>
    public const string Text =
        """
        Three network namespaces in a row, joined by veth pairs; the sender (lab/gen.c) on CPU 0, the relay on CPU 1. Unless said otherwise the
        sender makes single frames, as fast as they can be made here: cut by its kernel from sends of up to 45 datagrams. Figures are medians,
        in brackets the lowest and the highest of the rounds; "mcrd ×" is mcrd with default settings divided by the peer of the row.
        Ratios are what counts: the machine is noisy.

        - **Without loss**: the highest rate at which every datagram arrives, and the last one within 30 ms of the sender's end (or else the
          relay was living off its buffers); found to 6 %, "≥" where the sender could send no more. A run that loses less than a hundredth is repeated once. Datagrams are counted by
          the receiving device's own bytes and frames, which costs the machine nothing; nobody has joined there.
        - **Relay**: CPU time of the relaying processes (of mcrd: its worker), by the scheduler's count in ns, per datagram that arrives.
        - **Machine**: time that the CPUs were not idle, less that of the same sending with no relay and nobody joined, per datagram that
          arrives; it has what the kernel does on either CPU. Both are taken at the same load for all, or at 0.8 of what a peer carries where
          that is less.
        - **Latency**: one thread on CPU 0 sends and, never sleeping, takes what arrives (lab/latency.c): from before the sending call to after
          the receiving one, without a wake-up on the measuring side.
        - smcroute routes in the kernel, in the sender's CPU time and without translation; so it is not in the situations with ten outputs.
          socat runs once an output, with receive buffers as large as everybody's.

        """;
}
