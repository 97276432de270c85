"""Rows of the JSON push: what each kind may say, in the words of its OpenAPI document.

A row becomes the record of `sync.onec.records` that stands behind it. What is said of rows and
fields is the Russian text of the document: it is read by programmers of 1C. Unknown fields are
refused: a name that was mistyped would else be lost without a word.
"""
