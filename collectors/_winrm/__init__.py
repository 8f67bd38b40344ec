"""Windows, asked for WMI objects by WS-Management."""
