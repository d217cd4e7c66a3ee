"""A plan whose agents play by night twice, as they are and through a mapping of their seed."""

RIVAL = """
version = 1
name = "rival"
[settings.ddqn]
steps = 2
[[arms]]
name = "gray"
seeds = [1, 2, 3, 4]
[[arms]]
name = "day"
kind = "mapping"
seeds = [2, 3, 4]
settings = { updates = 3 }
[[evaluations]]
name = "dark"
settings = { level = "1-1-dark" }
[[evaluations]]
name = "mapped"
seeds = [2, 3, 4]
settings = { level = "1-1-dark", mapping = "@day" }
[[claims]]
name = "helps"
says = "It helps"
measure = "mapped.flags"
arm = "gray"
against = "gray"
against_measure = "dark.flags"
"""
