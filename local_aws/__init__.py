"""A local AWS that does the real work: one process, one port, one data folder.

It never imports ``tarn`` and ``tarn`` never imports it: they meet over AWS's protocols only.
"""
