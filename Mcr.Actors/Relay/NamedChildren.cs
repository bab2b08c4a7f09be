using Akka.Actor;

namespace Mcr.Actors.Relay;

/// <summary>
/// A parent's children by name, made when they are first told something. A name is free again only when its actor has ended, so what
/// is told to one that is being stopped is kept for its successor. Owned by the parent, which calls <see cref="Ended"/> on Terminated.
/// </summary>
internal sealed class NamedChildren(IActorContext context, Func<string, Props> props)
{
    private readonly Dictionary<string, Queue<object>> _keptForSuccessor = [];

    public bool IsEmpty => !context.GetChildren().Any();

    public void Tell(string name, object message)
    {
        string element = PathElement(name);
        if (_keptForSuccessor.TryGetValue(element, out Queue<object>? kept))
        {
            kept.Enqueue(message);
            return;
        }

        IActorRef child = context.Child(element);
        if (child.IsNobody())
            child = context.Watch(context.ActorOf(props(name), element));
        child.Tell(message);
    }

    /// <summary>For what concerns nobody when there is no such child.</summary>
    public void TellExisting(string name, object message)
    {
        string element = PathElement(name);
        if (!_keptForSuccessor.TryGetValue(element, out Queue<object>? kept))
            context.Child(element).Tell(message);
        else if (kept.Count > 0)
            kept.Enqueue(message); // there will be a successor, and this is about it
    }

    public void Stop(string name)
    {
        string element = PathElement(name);
        IActorRef child = context.Child(element);
        if (child.IsNobody())
            return;
        if (!_keptForSuccessor.TryGetValue(element, out Queue<object>? kept))
        {
            _keptForSuccessor.Add(element, []);
            context.Stop(child);
        }
        else
        {
            kept.Clear(); // the successor is not wanted any more
        }
    }

    public void Ended(IActorRef child)
    {
        if (!_keptForSuccessor.Remove(child.Path.Name, out Queue<object>? kept))
            return;
        string name = NameOf(child);
        while (kept.TryDequeue(out object? message))
            Tell(name, message);
    }

    /// <summary>Interface names may have characters that actor paths may not.</summary>
    internal static string PathElement(string name) => Uri.EscapeDataString(name);

    internal static string NameOf(IActorRef child) => Uri.UnescapeDataString(child.Path.Name);
}
