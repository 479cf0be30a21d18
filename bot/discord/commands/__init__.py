"""What a member can do, a file each: its slash command, its buttons and its forms. `add(desk)` is the way in."""
