"""Judges what lies beside a package, by the published rules alone: DSSE 1.0, in-toto Statement 1, SLSA provenance 1, SPDX 2.3.

usage: judge.py PACKAGE PUBLIC-KEY.pem
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def need(holds, what):
    if not holds:
        sys.exit(f"{package.name}: {what}")


def read_json(path):
    def distinct(pairs):
        names = [name for name, _ in pairs]
        need(len(names) == len(set(names)), f"{path.name} has an object with a member twice")
        return dict(pairs)

    return json.loads(path.read_bytes().decode("utf-8"), object_pairs_hook=distinct)


def is_uri(text):
    return isinstance(text, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+", text) is not None


def openssl_verifies(key, message, signature):
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "message").write_bytes(message)
        (Path(directory) / "signature").write_bytes(signature)
        return (
            subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin"]
                + ["-in", f"{directory}/message", "-sigfile", f"{directory}/signature"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            ).returncode
            == 0
        )


def judge_envelope(envelope, key):
    """DSSE: the signature is over the pre-authentication encoding of type and payload."""
    need(envelope["payloadType"] == "application/vnd.in-toto+json", "the payload is no statement")
    payload = base64.b64decode(envelope["payload"], validate=True)
    kind = envelope["payloadType"].encode()
    encoding = b" ".join([b"DSSEv1", str(len(kind)).encode(), kind, str(len(payload)).encode(), payload])
    raw = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", key, "-outform", "DER"], capture_output=True, check=True
    ).stdout[-32:]
    need(envelope["signatures"], "nobody has signed")
    for signature in envelope["signatures"]:
        need(signature["keyid"] == hashlib.sha256(raw).hexdigest(), "the signature names another key")
        need(
            openssl_verifies(key, encoding, base64.b64decode(signature["sig"], validate=True)),
            "openssl does not verify the signature",
        )
    return payload


def judge_descriptor(item, what):
    need(isinstance(item, dict), f"{what} is no object")
    need(any(name in item for name in ("uri", "digest", "content")), f"{what} identifies nothing")
    need("uri" not in item or isinstance(item["uri"], str), f"the uri of {what} is no text")
    lengths = {"sha256": 64, "dirHash": 64, "gitCommit": (40, 64), "sha1": 40}
    for name, value in item.get("digest", {}).items():
        need(re.fullmatch(r"[0-9a-f]+", value), f"{name} of {what} is no hexadecimal digest")
        expected = lengths.get(name)
        allowed = expected if isinstance(expected, tuple) else (expected,)
        need(expected is None or len(value) in allowed, f"{name} of {what} has a wrong length")


def judge_statement(statement, bill):
    """in-toto: type, subjects with digests, a predicate; SLSA: definition, builder, resource descriptors."""
    need(statement["_type"] == "https://in-toto.io/Statement/v1", "it is no statement of version 1")
    need(statement["predicateType"] == "https://slsa.dev/provenance/v1", "it is no provenance of version 1")
    need(len(statement["subject"]) == 1, "it speaks of more than the package")
    subject = statement["subject"][0]
    need(subject["name"] == package.name, "the subject has another name")
    need(subject["digest"] == {"sha256": hashlib.sha256(package.read_bytes()).hexdigest()}, "the subject is another file")

    predicate = statement["predicate"]
    definition, details = predicate["buildDefinition"], predicate["runDetails"]
    need(is_uri(definition["buildType"]), "buildType is no URI")
    need(isinstance(definition["externalParameters"], dict) and definition["externalParameters"], "no external parameters")
    need(isinstance(definition.get("internalParameters", {}), dict), "the internal parameters are no object")
    need(is_uri(details["builder"]["id"]), "the builder's id is no URI")
    for item in definition.get("resolvedDependencies", []):
        judge_descriptor(item, "a dependency")
    for item in details.get("byproducts", []):
        judge_descriptor(item, "a byproduct")
    named = [item["digest"] for item in details["byproducts"] if item["name"] == bill.name]
    need(named == [{"sha256": hashlib.sha256(bill.read_bytes()).hexdigest()}], "it names another bill of materials")


def judge_bill(bill):
    """SPDX 2.3: what its JSON schema requires, and what its text demands beyond that."""
    license_word = r"(LicenseRef-[A-Za-z0-9.-]+|[A-Za-z0-9.-]+\+?)"
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    need(bill["spdxVersion"] == "SPDX-2.3" and bill["dataLicense"] == "CC0-1.0", "it is no SPDX document of version 2.3")
    need(bill["SPDXID"] == "SPDXRef-DOCUMENT" and bill["name"], "the document has no identity")
    need(is_uri(bill["documentNamespace"]) and "#" not in bill["documentNamespace"], "the namespace is no URI")
    need(re.fullmatch(time, bill["creationInfo"]["created"]), "the time of creation is none")
    creators = bill["creationInfo"]["creators"]
    need(creators and all(re.fullmatch(r"(Tool|Organization|Person): \S.*", text) for text in creators), "a creator is none")
    known = {
        "document": {"spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo", "packages"}
        | {"files", "relationships", "hasExtractedLicensingInfos"},
        "package": {"SPDXID", "name", "versionInfo", "packageFileName", "supplier", "downloadLocation", "filesAnalyzed"}
        | {"packageVerificationCode", "checksums", "homepage", "licenseConcluded", "licenseDeclared", "licenseComments"}
        | {"copyrightText", "summary", "builtDate", "externalRefs", "sourceInfo"},
        "file": {"SPDXID", "fileName", "checksums"},
    }
    need(set(bill) <= known["document"], "the document has a member that SPDX does not know")
    identities = ["SPDXRef-DOCUMENT"]
    digits = {"SHA1": 40, "SHA256": 64}
    for element in bill["packages"] + bill.get("files", []):
        need(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", element["SPDXID"]), "an identity is none")
        identities.append(element["SPDXID"])
        for checksum in element.get("checksums", []):
            need(
                re.fullmatch(f"[0-9a-f]{{{digits[checksum['algorithm']]}}}", checksum["checksumValue"]),
                f"a checksum of {element['SPDXID']} is none",
            )
    need(len(identities) == len(set(identities)), "two elements have one identity")

    for item in bill["packages"]:
        need(set(item) <= known["package"], f"{item['SPDXID']} has a member that SPDX does not know")
        need(item["name"], f"{item['SPDXID']} has no name")
        need(item["downloadLocation"] == "NOASSERTION" or is_uri(item["downloadLocation"]), "a download location is none")
        need("supplier" not in item or re.fullmatch(r"(Organization|Person): \S.*", item["supplier"]), "a supplier is none")
        need("builtDate" not in item or re.fullmatch(time, item["builtDate"]), "a build date is none")
        declared = item.get("licenseDeclared", "NOASSERTION")
        need(
            re.fullmatch(rf"\(*{license_word}\)*( (AND|OR|WITH) \(*{license_word}\)*)*", declared),
            f"{declared} is no licence expression",
        )
        for reference in item.get("externalRefs", []):
            need(reference["referenceCategory"] == "PACKAGE-MANAGER" and reference["referenceType"] == "purl", "no purl")
            need(
                re.fullmatch(
                    r"pkg:[a-z]+(/[A-Za-z0-9._~%:-]+)+@[A-Za-z0-9._~%:-]+(\?[a-z_]+=[A-Za-z0-9._~%:-]+(&[a-z_]+=[A-Za-z0-9._~%:-]+)*)?",
                    reference["referenceLocator"],
                ),
                f"{reference['referenceLocator']} is no purl",
            )

    main = bill["packages"][0]
    need(main["packageFileName"] == package.name, "the bill is another package's")
    need(
        {"algorithm": "SHA256", "checksumValue": hashlib.sha256(package.read_bytes()).hexdigest()} in main["checksums"],
        "the bill is of other bytes",
    )
    need(main["filesAnalyzed"] == bool(bill.get("files")), "files are listed that were not looked at, or the reverse")
    first = sorted(
        next(checksum["checksumValue"] for checksum in item["checksums"] if checksum["algorithm"] == "SHA1")
        for item in bill.get("files", [])
    )
    if first:
        code = hashlib.sha1("".join(first).encode()).hexdigest()
        need(main["packageVerificationCode"]["packageVerificationCodeValue"] == code, "the verification code is another")

    for item in bill.get("files", []):
        need(set(item) <= known["file"] and item["fileName"].startswith("./"), "a file is none")
    described, contained = set(), set()
    for relation in bill["relationships"]:
        need(relation["spdxElementId"] in identities and relation["relatedSpdxElement"] in identities, "a relation dangles")
        kind = relation["relationshipType"]
        need(kind in ("DESCRIBES", "CONTAINS", "GENERATED_FROM"), f"{kind} is no relation")
        {"DESCRIBES": described, "CONTAINS": contained}.get(kind, set()).add(relation["relatedSpdxElement"])
    need(described == {main["SPDXID"]}, "the document does not describe the package")
    need(contained == {item["SPDXID"] for item in bill.get("files", [])}, "the package does not contain its files")


def judge_content(bill):
    """What the package really holds: zstd and tar say."""
    tar = subprocess.run(["zstd", "-q", "-d", "-c", package], capture_output=True, check=True).stdout
    listed = subprocess.run(["tar", "-t", "-v"], input=tar, capture_output=True, check=True).stdout.decode()
    files = [line.split(None, 5)[5] for line in listed.splitlines() if line.startswith("-")]
    files = [name for name in files if not name.startswith(".peipkg/")]
    need(sorted("./" + name for name in files) == sorted(item["fileName"] for item in bill.get("files", [])), "other files")
    for item in bill.get("files", []):
        content = subprocess.run(
            ["tar", "-x", "-O", item["fileName"][2:]], input=tar, capture_output=True, check=True
        ).stdout
        need(
            [checksum["checksumValue"] for checksum in item["checksums"]]
            == [hashlib.sha1(content).hexdigest(), hashlib.sha256(content).hexdigest()],
            f"{item['fileName']} has other digests",
        )


package = Path(sys.argv[1])
attestation_file = package.with_name(package.name + ".attestation.json")
bill_file = package.with_name(package.name + ".sbom.json")
statement_bytes = judge_envelope(read_json(attestation_file), sys.argv[2])
judge_statement(json.loads(statement_bytes), bill_file)
judge_bill(read_json(bill_file))
judge_content(read_json(bill_file))
