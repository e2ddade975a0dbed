using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sodium = NSec.Cryptography;

namespace Peipkg.Format.Cryptography;

/// <summary>SHA-256 (FIPS 180-4) of bytes that come in pieces.</summary>
/// <remarks>
/// Little is hashed by libsodium, which is part of the program. Much is hashed by the machine's OpenSSL, where it has one:
/// that is twice as fast, but takes longer to load than a small package to write. Much that comes as many little ones, as in a
/// repository, is much. The base class library alone would not do, because without OpenSSL it ends the program.
/// </remarks>
public sealed class Sha256Hasher : IDisposable
{
    /// <summary>The most bytes that are little.</summary>
    internal const int Little = 64 << 10;

    private const int SmallestBuffer = 4 << 10;

    // So much together is worth loading OpenSSL, whatever the pieces.
    private const long Many = 4 << 20;

    private static long _little;

    private static readonly Lazy<bool> MachineHasOpenSsl = new(static () =>
        NativeLibrary.TryLoad("libssl.so.3", out _) || NativeLibrary.TryLoad("libssl.so.1.1", out _)
    );

    private readonly bool? _openSslAllowed;
    private byte[] _head = [];
    private int _headLength;
    private bool _much;
    private IncrementalHash? _openSsl;
    private Sodium.IncrementalHash _sodium;

    static Sha256Hasher() => SodiumLibrary.Register();

    /// <summary>Begins with no bytes.</summary>
    public Sha256Hasher() { }

    /// <summary>Begins with no bytes, for tests of what a machine without OpenSSL does.</summary>
    internal Sha256Hasher(bool openSslAllowed) => _openSslAllowed = openSslAllowed;

    private bool MayUseOpenSsl => _openSslAllowed ?? MachineHasOpenSsl.Value;

    /// <summary>The digest of bytes that are all there.</summary>
    public static Sha256Digest Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        if ((bytes.Length > Little || AddsUp(bytes.Length)) && MachineHasOpenSsl.Value)
        {
            SHA256.HashData(bytes, digest);
        }
        else
        {
            Sodium.HashAlgorithm.Sha256.Hash(bytes, digest);
        }

        return new Sha256Digest(digest);
    }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (!_much && _headLength + bytes.Length <= Little)
        {
            Keep(bytes);
            return;
        }

        if (!_much)
        {
            _much = true;
            if (MayUseOpenSsl)
            {
                _openSsl ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            }
            else
            {
                Sodium.IncrementalHash.Initialize(Sodium.HashAlgorithm.Sha256, out _sodium);
            }

            Update(_head.AsSpan(0, _headLength));
        }

        Update(bytes);
    }

    /// <summary>The digest of all that was taken; then it begins anew.</summary>
    public Sha256Digest Finish()
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        if (!_much && AddsUp(_headLength) && MayUseOpenSsl)
        {
            SHA256.HashData(_head.AsSpan(0, _headLength), digest);
        }
        else if (!_much)
        {
            Sodium.HashAlgorithm.Sha256.Hash(_head.AsSpan(0, _headLength), digest);
        }
        else if (_openSsl is not null)
        {
            _openSsl.GetHashAndReset(digest);
        }
        else
        {
            Sodium.IncrementalHash.Finalize(ref _sodium, digest);
        }

        _much = false;
        _headLength = 0;
        return new Sha256Digest(digest);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _openSsl?.Dispose();
        Return(_head);
        _head = [];
    }

    private static bool AddsUp(int bytes) => Interlocked.Add(ref _little, bytes) > Many;

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        int length = _headLength + bytes.Length;
        if (length > _head.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, SmallestBuffer));
            _head.AsSpan(0, _headLength).CopyTo(larger);
            Return(_head);
            _head = larger;
        }

        bytes.CopyTo(_head.AsSpan(_headLength));
        _headLength = length;
    }

    private void Update(ReadOnlySpan<byte> bytes)
    {
        if (_openSsl is not null)
        {
            _openSsl.AppendData(bytes);
        }
        else
        {
            Sodium.IncrementalHash.Update(ref _sodium, bytes);
        }
    }

    private static void Return(byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
