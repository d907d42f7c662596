"""The parts that pages are made of, and what draws them.

`wrap`, `typeset` and `atlas` make text; `pen` draws; `board` shows. Everything else is parts: frozen values that know
their height, paint themselves and name what can be touched on them.
"""
