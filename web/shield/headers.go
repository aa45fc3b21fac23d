package shield

import "net/http"

// Policy is what a page of ours may load and where it may send: our own files, no inline
// script or style, no plug-in, nothing framed.
const Policy = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// Headers sets what every answer bears. secure says that the browser spoke TLS: then it is
// told to do so for a year. A browser ignores that over plain HTTP, and an intranet without
// TLS must not be locked out by one visit through a proxy.
func Headers(h http.Header, secure bool) {
	h.Set("Content-Security-Policy", Policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY") // browsers of before frame-ancestors
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
