Console.Error.WriteLine("mcrd"); return 64;
