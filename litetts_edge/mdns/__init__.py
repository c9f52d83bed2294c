"""mDNS: the node and its services are found without an address being typed in."""
