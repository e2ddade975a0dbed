using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Peipkg.Repo.Tests.Consumers;

/// <summary>A certificate authority of the test's own, and certificates by it.</summary>
internal sealed class AuthorityFixture : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private readonly DateTimeOffset _from = TimeProvider.System.GetUtcNow().AddDays(-2);

    internal AuthorityFixture()
    {
        CertificateRequest request = new("CN=Test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(_from, _from.AddDays(10));
    }

    /// <summary>The authority as <c>SSL_CERT_FILE</c> has it.</summary>
    internal string Pem => _authority.ExportCertificatePem();

    /// <summary>A server's certificate.</summary>
    /// <param name="address">The only address it is good for.</param>
    /// <param name="days">How long it is good for, from two days ago.</param>
    internal X509Certificate2 Issue(IPAddress address, int days = 9)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Test server", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.Create(
            _authority,
            _from,
            _from.AddDays(days),
            RandomNumberGenerator.GetBytes(8)
        );
        using X509Certificate2 complete = certificate.CopyWithPrivateKey(key);

        // TLS takes no certificate whose key exists in this process's memory alone.
        return X509CertificateLoader.LoadPkcs12(complete.Export(X509ContentType.Pkcs12), null);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }
}
