"""An ESC/POS printer's reading side: a byte stream goes in, cut sheets of paper come out.

Written from the makers' command manuals and from no encoder, so that it can judge one.
"""

from workbench.escpos.decoder import Decoder, Request, decode
from workbench.escpos.paper import DOTS_PER_MM, Note, Roll, Sheet, TextLine

__all__ = ["DOTS_PER_MM", "Decoder", "Note", "Request", "Roll", "Sheet", "TextLine", "decode"]
