"""The report of an experiment: one page of HTML that holds all it shows, made from run folders."""
