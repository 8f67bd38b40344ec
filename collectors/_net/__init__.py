"""Names, connections and what their errors mean, for collectors that speak to one host."""
