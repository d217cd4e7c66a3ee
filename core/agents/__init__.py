"""Double DQN agents: what they see, remember, learn and do."""
