"""The Domain Name System as a client asks it: dnspython's messages on our sockets."""
