"""Pages: a report as files that people keep and pass on: a web page, Markdown, a sheet. Knows no terminal."""
