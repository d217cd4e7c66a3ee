"""The window: shows what core computes, holds no second copy of any logic, never imports a training framework."""
