Console.Error.WriteLine("mcrctl"); return 64;
