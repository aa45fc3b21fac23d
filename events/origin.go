package events

import "net/netip"

// Origin is where somebody acts from, as coarsely as the audit trail needs it.
type Origin struct {
	Network string `json:"network,omitzero"` // 198.51.100.0/24
	Agent   string `json:"agent,omitzero"`   // class of the browser: Chrome · Windows
}

// NetworkOf is the part of an address that tells where somebody was and not at which machine:
// the first 24 bits of IPv4, the first 48 of IPv6. "" for no address.
func NetworkOf(a netip.Addr) string {
	bits := 48
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil || !p.IsValid() {
		return ""
	}
	return p.String()
}
