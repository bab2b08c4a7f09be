Console.Error.WriteLine("mcrgen"); return 64;
