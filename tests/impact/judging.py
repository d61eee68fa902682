"""Runs every caller and prints, as JSON, which of them fail."""

import importlib
import json
import pkgutil
import sys
import warnings

import callers

warnings.simplefilter("ignore")
failed = {}
for module in pkgutil.iter_modules(callers.__path__):
    try:
        importlib.import_module(f"callers.{module.name}").run()
    except Exception as error:
        failed[f"callers/{module.name}.py"] = f"{type(error).__name__}: {error}"
json.dump(failed, sys.stdout)
