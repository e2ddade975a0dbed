namespace Peipkg.Format.Json;

/// <summary>The stable names of the rules that hold for every JSON document (PSD-009 §1.3).</summary>
public static class JsonRule
{
    /// <summary>The bytes are not one JSON value.</summary>
    public const string Syntax = "json-syntax";

    /// <summary>The bytes are not UTF-8.</summary>
    public const string Utf8 = "json-utf8";

    /// <summary>A string holds half of a surrogate pair.</summary>
    public const string LoneSurrogate = "json-lone-surrogate";

    /// <summary>An object names a key twice.</summary>
    public const string DuplicateKey = "json-duplicate-key";

    /// <summary>Objects and arrays are nested deeper than <see cref="Limits.JsonDepth"/>.</summary>
    public const string Depth = "json-depth";

    /// <summary>A number has an exponent or is no integer from 0 to 2^64−1.</summary>
    public const string Number = "json-number";

    /// <summary>Something follows the document.</summary>
    public const string TrailingData = "json-trailing-data";

    /// <summary>A field holds another type than the schema says.</summary>
    public const string Type = "json-type";

    /// <summary>A required field is missing.</summary>
    public const string Required = "json-required-field";

    /// <summary>The document is larger than its limit.</summary>
    public const string Size = "json-size";
}
