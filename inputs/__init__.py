"""Input engines: what people type becomes words. Nothing that was typed is kept, learnt or written down."""
