"""Mail as a client that reports: SMTP, IMAP and POP3 on our sockets."""
