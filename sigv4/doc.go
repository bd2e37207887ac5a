// Package sigv4 signs HTTP requests for Amazon Web Services with Signature Version 4, and obtains the credentials to do
// it with.
//
// It has four parts, each usable without the others:
//
//   - [Credentials], which never print their secrets, and the [CredentialsProvider] interface with implementations for
//     fixed values ([StaticCredentials]), environment variables ([EnvCredentials]) and anything else
//     ([CredentialsProviderFunc]);
//   - [CachedCredentials], which keeps temporary credentials and renews them before they expire;
//   - [Signer], which signs a request in its headers ([Signer.Sign]) or in its URL ([Signer.Presign]). It is a pure
//     function of its inputs, the time included;
//   - [Transport], an [net/http.RoundTripper] that signs a copy of each request that passes through it.
//
// The package knows no AWS service in particular and uses nothing but the standard library. It never reads a file and
// never asks a metadata service.
//
// # What goes on the wire is what was signed
//
// A signature covers one spelling of the request, so Sign writes that spelling into the request: the query sorted, with
// "%20" for a space and never "+", and a Host without the scheme's default port. A "+" that stands in a raw query means
// a space, as in [net/url.ParseQuery] and in forms; a plus sign is written "%2B". Requests that AWS could only reject,
// such as one with a broken percent-encoding or a line break in a header, are refused with an error.
//
// # Errors
//
// Missing credentials match [ErrNoCredentials] and expired ones [ErrCredentialsExpired] with [errors.Is], however often
// they were wrapped. No error text contains a secret access key, a session token, or the query of a request.
package sigv4
