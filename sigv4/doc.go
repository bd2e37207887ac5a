// Package sigv4 signs HTTP requests for Amazon Web Services with Signature Version 4, and provides the credentials for the
// signatures.
//
// It has four parts, which can be used separately:
//
//   - [Credentials], which never print their secrets, and the interface [CredentialsProvider]. [StaticCredentials] provides
//     constant values, [EnvCredentials] the values of environment variables, and [CredentialsProviderFunc] the results of a
//     function.
//   - [CachedCredentials], which caches temporary credentials and refreshes them before they expire.
//   - [Signer], which signs a request in its headers ([Signer.Sign]) or in its URL ([Signer.Presign]). It is a pure
//     function of its inputs, including the time.
//   - [Transport], a [net/http.RoundTripper] that signs a copy of each request and sends it.
//
// The package does not depend on an AWS service, and uses only the standard library. It never reads a file and never calls a
// metadata service.
//
// # Canonical requests
//
// A signature covers the canonical form of a request, so Sign changes the request to that form. The query is sorted, with "%20" for
// a space and never "+", and the Host has no default port. A "+" in a raw query means a space, as in [net/url.ParseQuery] and in
// forms. Write a plus sign as "%2B". Sign returns an error for requests that AWS would refuse, such as a request with a malformed
// percent-encoding or with a line break in a header.
//
// # Errors
//
// Errors about missing credentials match [ErrNoCredentials] with [errors.Is]. Errors about expired credentials match
// [ErrCredentialsExpired]. No error text contains a secret access key, a session token, or the query of a request.
package sigv4
