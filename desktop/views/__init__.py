"""What a person sees: the only floor that knows Qt.

Once it is there, Qt's Python reads the source of every module that is imported, looking for features that
nobody here asks for, and keeps it: 36 MiB, and a tenth of the loading. Python's own way of importing is put
back.
"""

import builtins

import PySide6.QtCore  # noqa: F401  it sets up what is taken back

builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
