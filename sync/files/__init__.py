"""What arrived, as it arrived: stored, unpacked, told apart, found again."""
