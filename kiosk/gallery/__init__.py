"""Every screen in every state, as pictures: what an editor, a translator or a designer looks through."""
