"""Who may call, and the answers: the protocol of 1C and the push of records."""
