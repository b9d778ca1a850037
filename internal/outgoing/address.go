package outgoing

import (
	"fmt"
	"net/netip"
	"slices"

	"gisd/spatial"
)

// inner are address blocks that are not the public internet, beyond those that
// net/netip knows as loopback, link-local, private, multicast or unspecified
// (IANA IPv4 and IPv6 Special-Purpose Address Registries).
func inner() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),
		netip.MustParsePrefix("100.64.0.0/10"), // shared by carriers
		netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("192.0.2.0/24"),
		netip.MustParsePrefix("198.18.0.0/15"),
		netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"),
		netip.MustParsePrefix("240.0.0.0/4"),
		// Blocks that carry an IPv4 address inside, whatever it is.
		netip.MustParsePrefix("64:ff9b::/96"),
		netip.MustParsePrefix("64:ff9b:1::/48"),
		netip.MustParsePrefix("2002::/16"),
		netip.MustParsePrefix("2001::/32"),
		netip.MustParsePrefix("100::/64"),
		netip.MustParsePrefix("2001:db8::/32"),
		netip.MustParsePrefix("fec0::/10"),
	}
}

// check refuses an address that is not public, unless it is listed.
func check(ip netip.Addr, allowed []netip.Prefix) error {
	ip = ip.Unmap().WithZone("")
	if slices.ContainsFunc(allowed, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return nil
	}
	public := ip.IsValid() && ip.IsGlobalUnicast() && !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsLinkLocalUnicast() &&
		!slices.ContainsFunc(inner(), func(p netip.Prefix) bool { return p.Contains(ip) })
	if public {
		return nil
	}
	return &spatial.Error{Code: spatial.CodeForbidden, Op: "outgoing: dial",
		Message: fmt.Sprintf("%s is no public address; list it with --outgoing-allow (GISD_OUTGOING_ALLOW) if it is meant", ip)}
}
