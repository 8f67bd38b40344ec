"""The faces of a report: HTML, PDF, XLSX, CSV and JSON of one value, the same bytes every time."""
