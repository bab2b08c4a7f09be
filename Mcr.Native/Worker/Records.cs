using System.Text;

namespace Mcr.Native.Worker;

/// <summary>Things with tags, as many at a time as one record takes.</summary>
public static class Records
{
    public static IEnumerable<IReadOnlyList<T>> InRecords<T>(this IEnumerable<T> items, Func<T, string> tag)
    {
        var record = new List<T>();
        int bytes = 0;
        foreach (T item in items)
        {
            int more = Math.Min(Encoding.UTF8.GetByteCount(tag(item)), WorkerMessage.MaxTagBytes);
            if (record.Count == WorkerMessage.MaxDescriptors || bytes + more > WorkerMessage.MaxTags)
            {
                yield return record;
                record = [];
                bytes = 0;
            }

            record.Add(item);
            bytes += more;
        }

        if (record.Count > 0)
            yield return record;
    }
}
