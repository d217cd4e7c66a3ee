"""Double DQN: replay buffer and exploration; what a training needs. Its networks and its loop are in ``training``."""
