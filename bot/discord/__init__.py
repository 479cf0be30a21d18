"""The team's channel: drafts rehearsed in Discord. The only folder that knows discord.py."""
