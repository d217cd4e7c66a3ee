"""The window: what is shown and steered. It reads run folders and never imports a training framework."""
