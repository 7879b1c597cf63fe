using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace PSScim.Model;

/// <summary>A request as it came.</summary>
internal sealed record Request(string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    /// <summary>The access token.</summary>
    internal string? Token => Headers.Where(h => h.Name.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
        .Select(h => h.Value.Split(' ', 2)[^1]).FirstOrDefault();
}

/// <summary>Reads requests of HTTP/1.1, whose bodies have a Content-Length, from a connection.</summary>
internal sealed class RequestReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[16384];
    private int _from;
    private int _to;

    /// <summary>The next request; null at the end of the connection.</summary>
    internal async Task<Request?> Next(CancellationToken stop)
    {
        var lines = new List<string>();
        while (true)
        {
            string? line = await Line(stop);
            if (line is null)
                return null;
            if (line.Length == 0)
                break;
            lines.Add(line);
        }
        string[] first = lines[0].Split(' ');
        (string Name, string Value)[] headers = [.. lines.Skip(1).Select(line => line.Split(':', 2)).Select(pair => (pair[0], pair[1].Trim()))];
        string? length = headers.Where(h => h.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Select(h => h.Value).FirstOrDefault();
        if (headers.Any(h => h.Name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)))
            throw new InvalidDataException("A request whose body has no Content-Length isn't expected from PSScim.");
        byte[] body = new byte[length is null ? 0 : int.Parse(length, CultureInfo.InvariantCulture)];
        for (int at = 0; at < body.Length;)
        {
            if (_from == _to && !await Fill(stop))
                return null;
            int taken = Math.Min(body.Length - at, _to - _from);
            Array.Copy(_buffer, _from, body, at, taken);
            _from += taken;
            at += taken;
        }
        return new Request(first[0], first[1], headers, body);
    }

    private async Task<string?> Line(CancellationToken stop)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_from == _to && !await Fill(stop))
                return null;
            char c = (char)_buffer[_from++];
            if (c == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append(c);
        }
    }

    private async Task<bool> Fill(CancellationToken stop)
    {
        _from = 0;
        _to = await stream.ReadAsync(_buffer, stop);
        return _to > 0;
    }
}
