"""The documentation as a website: the pages as they are on GitHub, built by Zensical."""
