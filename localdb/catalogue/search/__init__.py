"""From a question in people's own words to records, one stage a module, in this order:

`normalise` what was typed → `vocabulary` what it means (`pinyin` when letters were typed) → `retrieve` a few dozen
candidates inside a `scope` → `rerank` them → `explain` why each was found → `facets` to narrow by, `ways_out` where
nothing fits. `pipeline` runs the stages.
"""
