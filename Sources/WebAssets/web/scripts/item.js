// item
