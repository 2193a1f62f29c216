"""Find the function for a path, with ASP.NET's route templates."""
