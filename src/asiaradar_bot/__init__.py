"""The newsroom bot of Radar Asia: articles in, posts on X out."""
