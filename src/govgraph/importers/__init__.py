"""Importers: other people's files become data files of a data folder."""
