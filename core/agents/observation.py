"""What an agent sees."""

from __future__ import annotations

STACK_FRAMES = 4  # frames that an agent sees at once (Bélignon 2020, after Mnih et al. 2015)
