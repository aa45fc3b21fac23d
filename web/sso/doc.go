// Package sso signs people in by another system (统一身份认证): OpenID Connect, authorisation
// code flow with PKCE (RFC 7636), state and nonce. It knows nothing of officers: it sends a
// browser there ([Provider.URL]), and makes of the code that comes back who it was
// ([Provider.Finish]). Which officer that is, and whether he gets in, package web/account says.
//
//	POST /signin/sso        state, nonce, verifier are drawn and kept ([Attempt]); the state also
//	                        goes into a cookie, so that only this browser can finish
//	  ─▶ the other system   signs the person in and leads back with state and code
//	GET  /signin/sso/back   writes nothing: a page whose form is sent on
//	POST /signin/sso/back   the attempt is used up, the code becomes an identity token, whose
//	                        signature, issuer, audience, time and nonce are checked
//
// Only the scope openid is asked for: issuer and subject tell who it is, and no name or
// telephone comes along.
//
// # Second factor
//
// The other system's word counts for one when the token's amr (RFC 8176) has mfa, or a factor
// that is held beside what is known: otp, hwk, swk, sc, pop; or when its acr is phr or phrh
// (OpenID EAP ACR values). Else whoever has a second factor here is asked for it, and an
// administrator without one sets it up first, as after a password.
//
// # Failing
//
// [ErrDown]: the other system does not answer, or not in a way that can be understood; nobody's
// fault, the local password still works. [ErrCode]: it does not take the code, which was used,
// is too old, or of another attempt. [ErrToken]: what it gave does not hold. Discovery is done
// when it is first needed and again after it failed, so that this program starts without it.
package sso
