"""The window. It shows what core computes, holds no second copy of any logic, and never imports a training framework."""
