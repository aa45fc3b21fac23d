// Package acceptance signs people in by a real provider of OpenID Connect, the certified one of
// github.com/zitadel/oidc, which answers on loopback while the test runs: discovery, PKCE, codes,
// signed tokens. Where a provider has to lie (a nonce, an audience of another), the same one
// does. It is a module of its own so that the provider's dependencies (103 modules) stay out of
// the project's graph; `make test` runs it.
package acceptance
